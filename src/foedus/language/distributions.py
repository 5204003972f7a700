"""How parameters vary over worlds, and what must hold of the numbers that say so."""

from __future__ import annotations

import math

from foedus.language.faults import Faults
from foedus.language.scenario import Distribution
from foedus.language.schema import DistributionShape, ParameterShape

NEEDS_RANGE = ("uniform", "loguniform", "beta", "triangular")


def read_distribution(shape: ParameterShape) -> Distribution | None:
    given = shape.distribution
    if given is None:
        return Distribution("uniform") if shape.range else None
    if isinstance(given, str):
        return Distribution(given)
    if len(given.model_fields_set) != 1:
        return None
    kind = next(iter(given.model_fields_set))
    inner = getattr(given, kind)
    if kind == "choice":
        weights = inner.weights or tuple(1.0 for _ in inner.values)
        return Distribution("choice", {}, inner.values, weights)
    return Distribution(kind, {name: float(number) for name, number in inner})


class Check:
    """What must hold of one parameter's numbers."""

    def __init__(self, name: str, faults: Faults, shape: ParameterShape) -> None:
        self.name = name
        self.faults = faults
        self.shape = shape

    def fault(self, key: str, message: str) -> None:
        mark = self.shape.value.mark() if key == "value" else self.shape.key_mark(key)
        self.faults.add(f"parameter '{self.name}': {message}", mark, "value")

    def range(self) -> None:
        if self.shape.range and self.shape.range[0] > self.shape.range[1]:
            low, high = self.shape.range
            self.fault("range", f"the range [{low:g}, {high:g}] is upside down")

    def derived(self) -> None:
        for key in ("range", "distribution"):
            if getattr(self.shape, key) is not None:
                self.fault(key, f"a value that follows from others has no {key} of its own")

    def distribution(self, value: float | None) -> None:
        given, bounds = self.shape.distribution, self.shape.range
        if isinstance(given, DistributionShape) and len(given.model_fields_set) != 1:
            if len(given.named) != 1:
                self.fault(
                    "distribution",
                    "expected one kind of distribution: normal, lognormal, beta, triangular or choice",
                )
            return
        distribution = read_distribution(self.shape)
        if value is not None and bounds and not bounds[0] <= value <= bounds[1] and bounds[0] <= bounds[1]:
            self.fault("value", f"the value {value:g} is outside its range [{bounds[0]:g}, {bounds[1]:g}]")
        if distribution:
            if distribution.kind in NEEDS_RANGE and not bounds:
                self.fault("distribution", f"{distribution.kind} needs a range")
            elif problem := wrong(distribution, bounds or (-math.inf, math.inf), value):
                self.fault("distribution", problem)


def wrong(distribution: Distribution, bounds: tuple[float, float], value: float | None) -> str | None:
    """Why a distribution cannot be drawn from, or None."""
    numbers = distribution.arguments
    match distribution.kind:
        case "loguniform" if bounds[0] <= 0:
            return "loguniform needs a range above 0"
        case "normal" if numbers["sd"] <= 0:
            return f"found sd {numbers['sd']:g}, expected one above 0"
        case "lognormal" if numbers["median"] <= 0 or numbers["sigma"] <= 0:
            return "lognormal needs a median and a sigma above 0"
        case "beta" if numbers["a"] <= 0 or numbers["b"] <= 0:
            return "beta needs a and b above 0"
        case "triangular" if not bounds[0] <= numbers["mode"] <= bounds[1]:
            return f"the mode {numbers['mode']:g} is outside the range"
        case "choice":
            return wrong_choice(distribution, bounds, value)
    return None


def wrong_choice(distribution: Distribution, bounds: tuple[float, float], value: float | None) -> str | None:
    values, weights = distribution.values, distribution.weights
    if not values:
        return "a choice needs values"
    if len(weights) != len(values):
        return f"found {len(weights)} weights for {len(values)} values"
    if min(weights) < 0 or sum(weights) <= 0:
        return "weights are 0 or more, and not all 0"
    outside = [each for each in values if not bounds[0] <= each <= bounds[1]]
    if outside:
        return f"the choice {outside[0]:g} is outside the range"
    if value is not None and value not in values:
        return f"the value {value:g} is none of the choices"
    return None
