from parchemin.common.migrations import run_in_env
from parchemin.documents.models import Base

run_in_env(Base.metadata)
