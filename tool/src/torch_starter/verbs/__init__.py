"""What you can ask: one file a command."""

# fmt: off
ORDER = (  # as a newcomer needs them
    "setup", "verify-setup", "explain", "run", "notebook", "all-checks", "lint", "types", "test", "coverage", "audit",
    "lock-update", "add", "remove", "rollback", "benchmark", "optimize",
    "profile", "memory-profile", "render", "build", "up", "shell", "down", "docker-stats",
    "cache list", "cache warm", "cache verify", "cache export", "cache import", "clean", "facts",
)
FAMILIES = {"cache": "What is kept so that it need not be fetched or made again: see it, fill it, check it, carry it."}
# fmt: on
