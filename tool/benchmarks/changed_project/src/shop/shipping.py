"""Shipping: a table that is computed when the module is imported."""


def zone(distance: int) -> str:
    return "near" if distance < 50 else "far"


ZONES = {distance: zone(distance) for distance in (10, 100)}


def cost(weight: float, distance: int) -> float:
    return {"near": 2.0, "far": 5.0}[zone(distance)] + weight


def days(distance: int) -> int:
    return 1 if zone(distance) == "near" else 3


def label(name: str, street: str) -> str:
    return f"{name.strip().title()}\n{street.strip()}"
