from parchemin.common.migrations import run_in_env
from parchemin.evaluations.models import Base

run_in_env(Base.metadata)
