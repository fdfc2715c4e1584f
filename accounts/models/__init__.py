from accounts.models.audit import AuditEvent
from accounts.models.credit import CreditEntry, TeamBudget
from accounts.models.invitation import Invitation
from accounts.models.person import Person
from accounts.models.token import Token

__all__ = ["AuditEvent", "CreditEntry", "Invitation", "Person", "TeamBudget", "Token"]
