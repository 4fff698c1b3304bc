from parchemin.budget.models import Base
from parchemin.common.migrations import run_in_env

run_in_env(Base.metadata)
