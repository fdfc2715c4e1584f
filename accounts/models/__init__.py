from accounts.models.asking import AllowanceRequest, ProviderAlert, QuotaAlert
from accounts.models.audit import AuditEvent
from accounts.models.credit import CreditEntry, TeamBudget
from accounts.models.group import Group
from accounts.models.invitation import Invitation
from accounts.models.letter import Letter
from accounts.models.person import Person
from accounts.models.token import Token

__all__ = [
    "AllowanceRequest",
    "AuditEvent",
    "CreditEntry",
    "Group",
    "Invitation",
    "Letter",
    "Person",
    "ProviderAlert",
    "QuotaAlert",
    "TeamBudget",
    "Token",
]
