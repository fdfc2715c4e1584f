"""What the provider has charged this month, beside what the team means to spend there."""

from dataclasses import dataclass
from decimal import Decimal

from accounts import months
from accounts.models import TeamBudget
from accounts.models.credit import CreditKind
from gallery import periods, usage
from gallery.models.usage import Axis
from gallery.usage import Sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    charged: Decimal
    budget: Decimal

    @property
    def percent(self) -> int:
        """In whole numbers, never more than it is; of nothing all is used."""
        return int(100 * self.charged / self.budget) if self.budget else 100


def charged_this_month() -> Decimal:
    """As the provider told us; at our price where it told nothing. What is held is not charged."""
    kinds = usage.tally(*periods.month_of(months.today()), axes=[Axis.KIND]).by(Axis.KIND)
    settled = kinds.get(CreditKind.SETTLE, Sum())
    return settled.reported + settled.estimated


def bill() -> Bill | None:
    """None: nobody has set a budget."""
    budget = TeamBudget.objects.get(pk=1).provider_budget
    return None if budget is None else Bill(charged=charged_this_month(), budget=budget)
