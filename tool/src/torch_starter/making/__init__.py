"""How an environment is made: build, packages, bytecode, switch."""
