"""Computes the constants of Sources/DeterministicMath with mpmath (1.3.0, 60 digits).

Each polynomial interpolates its function at the Chebyshev nodes of the interval, which is within a
small factor of the minimax polynomial; the printed error is the largest absolute one on a grid
after the coefficients were rounded to double precision. Run: python3 coefficients.py
"""
from mpmath import mp, mpf, chebyfit, exp, log, sqrt, erf, erfc, pi

mp.dps = 60


def show(name, function, interval, count):
    coefficients = [float(c) for c in chebyfit(function, interval, count)][::-1]
    low, high = map(mpf, interval)
    worst = mpf(0)
    for i in range(2001):
        x = low + (high - low) * i / 2000
        value = sum(mpf(c) * x**k for k, c in enumerate(coefficients))
        worst = max(worst, abs(value - function(x)))
    print(f"{name}: {count} coefficients, largest error 2^{mp.nstr(log(worst, 2), 5)}")
    for c in coefficients:
        print("   ", c.hex(), repr(c))


def split(name, value, bits):
    """high: the value cut to `bits` significant bits; low: the rest rounded to double."""
    exponent = int(mp.floor(log(abs(value), 2)))
    unit = mpf(2) ** (exponent - bits + 1)
    high = mp.nint(value / unit) * unit
    print(name, "high", float(high).hex(), "low", float(value - high).hex())


def series(function, terms):
    """A quotient that cancels near 0, by its Taylor series there."""
    closed, taylor = function, terms

    def value(x):
        if abs(x) < mpf(10) ** -6:
            return sum(c * x**k for k, c in enumerate(taylor))
        return closed(x)

    return value


factorial = mp.factorial
print("1/ln2", float(1 / log(2)).hex())
split("ln2", log(mpf(2)), 32)
split("2/3", mpf(2) / 3, 53)
split("1/sqrt(2 pi)", 1 / sqrt(2 * pi), 53)
split("1/sqrt(2)", 1 / sqrt(mpf(2)), 53)
split("2/sqrt(pi)", 2 / sqrt(pi), 53)

half = log(mpf(2)) / 2 + mpf(2) ** -40
show("exp: (e^r - 1 - r)/r^2 over r",
     series(lambda r: (exp(r) - 1 - r) / r**2, [1 / factorial(k + 2) for k in range(12)]),
     [-half, half], 12)

edge = (sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)
top = (edge * mpf("1.0001")) ** 2
atanh2 = lambda z: (log((1 + sqrt(z)) / (1 - sqrt(z))) / sqrt(z) - 2) / z
show("log: (2 atanh(s)/s - 2)/s^2 over z = s^2",
     series(atanh2, [mpf(2) / (2 * k + 3) for k in range(12)]), [0, top], 8)
atanh4 = lambda z: (log((1 + sqrt(z)) / (1 - sqrt(z))) / sqrt(z) - 2 - 2 * z / 3) / z**2
show("log, long: (2 atanh(s)/s - 2 - 2 s^2/3)/s^4 over z = s^2",
     series(atanh4, [mpf(2) / (2 * k + 5) for k in range(12)]), [0, top], 9)

show("erf: (erf(x)/x - 2/sqrt(pi)) / x^2 over z = x^2, |x| <= 0.66",
     series(lambda z: (erf(sqrt(z)) / sqrt(z) - 2 / sqrt(pi)) / z,
            [2 / sqrt(pi) * (-1) ** (k + 1) / factorial(k + 1) / (2 * k + 3) for k in range(12)]),
     [0, mpf("0.4356")], 10)

CENTRE = mpf(4)


def scaled(y):
    """(1 + 2x) e^(x^2) erfc(x) at x = CENTRE (1 + y)/(1 - y)."""
    if y > 1 - mpf(10) ** -8:
        return 2 / sqrt(pi) * (1 + (1 - y) / (4 * CENTRE))
    x = CENTRE * (1 + y) / (1 - y)
    if x > 40:
        total, term = mpf(1), mpf(1)
        for k in range(1, 60):
            term *= -(2 * k - 1) / (2 * x * x)
            if abs(term) < mpf(10) ** -50:
                break
            total += term
        return (1 + 2 * x) * total / (x * sqrt(pi))
    return (1 + 2 * x) * exp(x * x) * erfc(x)


to_y = lambda x: (mpf(x) - CENTRE) / (mpf(x) + CENTRE)
show("scaled complement (1 + 2x) e^(x^2) erfc(x) over y = (x - 4)/(x + 4), x >= 0.64",
     scaled, [to_y("0.64"), mpf(1)], 24)
