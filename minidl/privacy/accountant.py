"""How much privacy a training run has spent: Rényi differential privacy of the sampled Gaussian mechanism."""

import math

ORDERS = (*range(2, 65), 80, 96, 128, 192, 256, 512)


LEAST_NOISE, MOST_NOISE = 1e-100, 1e100


def compute_rdp(*, q, noise_multiplier, steps, orders=ORDERS):
    r"""The Rényi divergence that training steps with a sampled, noisy gradient cost.

    .. math:: \frac{T}{\alpha - 1} \ln \sum_{k=0}^{\alpha} \binom{\alpha}{k} (1 - q)^{\alpha - k} q^k
        \exp \frac{k^2 - k}{2 \sigma^2}

    Parameters
    ----------
    q : float
        The probability with which each row takes part in a step, independently of all others (Poisson sampling).
    noise_multiplier : float
        The standard deviation :math:`\sigma` of the noise, divided by the largest norm of a row's gradient.
    steps : int
        How many steps :math:`T`; their costs add up.
    orders : sequence of int
        The orders :math:`\alpha`, whole numbers of at least 2.

    Returns
    -------
    list of float
        One number for each order.

    Raises
    ------
    ValueError
        For a probability outside of [0, 1], noise or steps below 0, or an order that is not a whole number of at least 2.

    References
    ----------
    Mironov, Talwar & Zhang (2019), *Rényi Differential Privacy of the Sampled Gaussian Mechanism*, section 3.3.

    Examples
    --------
    >>> compute_rdp(q=1.0, noise_multiplier=2.0, steps=1, orders=[2, 8])
    [0.25, 1.0]
    """
    if not 0 <= q <= 1:
        raise ValueError(f"q is the probability that a row takes part in a step, from 0 to 1, not {q}")
    if not noise_multiplier >= 0 or not steps >= 0:
        raise ValueError(f"noise_multiplier and steps are not below 0, not {noise_multiplier} and {steps}")
    noise_multiplier = min(noise_multiplier, MOST_NOISE)  # its square is a number
    wrong = [order for order in orders if order != int(order) or order < 2]
    if wrong:
        raise ValueError(f"orders are whole numbers from 2 on, not {wrong[0]}")
    return [steps * _one_step(q, noise_multiplier, int(order)) if steps else 0.0 for order in orders]


def _one_step(q, noise_multiplier, order):
    if q == 0:
        return 0.0
    if noise_multiplier < LEAST_NOISE:
        return math.inf
    if q == 1:
        return order / (2 * noise_multiplier**2)
    terms = [
        _log_binomial(order, k) + (order - k) * math.log1p(-q) + k * math.log(q) + (k * k - k) / (2 * noise_multiplier**2)
        for k in range(order + 1)
    ]
    return max(0.0, _log_sum(terms)) / (order - 1)


def _log_binomial(n, k):
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _log_sum(logarithms):
    """The logarithm of a sum, from the logarithms of its terms; nothing overflows."""
    largest = max(logarithms)
    return largest + math.log(math.fsum(math.exp(value - largest) for value in logarithms))


def get_privacy_spent(*, orders=ORDERS, rdp, delta):
    r"""The :math:`\varepsilon` of :math:`(\varepsilon, \delta)`-differential privacy that Rényi divergences guarantee.

    .. math:: \varepsilon = \min_\alpha \left( \rho_\alpha + \ln \frac{\alpha - 1}{\alpha}
        - \frac{\ln \delta + \ln \alpha}{\alpha - 1} \right)

    Parameters
    ----------
    orders : sequence of int
    rdp : sequence of float
        :math:`\rho_\alpha`, one for each order, as `compute_rdp` returns them.
    delta : float
        How probable it may be that the promise does not hold; well below one by the number of rows.

    Returns
    -------
    (float, int)
        :math:`\varepsilon`, and the order that gives it.

    Raises
    ------
    ValueError
        When delta is not between 0 and 1, or there is not one divergence for each order.

    References
    ----------
    Canonne, Kamath & Steinke (2020), *The Discrete Gaussian for Differential Privacy*, proposition 12.

    Examples
    --------
    >>> epsilon, order = get_privacy_spent(rdp=compute_rdp(q=0.01, noise_multiplier=1.1, steps=1000), delta=1e-5)
    >>> round(epsilon, 3), order
    (1.725, 9)
    """
    if not 0 < delta < 1:
        raise ValueError(f"delta is a probability between 0 and 1, not {delta}")
    if len(orders) != len(rdp):
        raise ValueError(f"there are {len(orders)} orders and {len(rdp)} divergences; each order has one")
    return min((max(0.0, _epsilon(order, rho, delta)), order) for order, rho in zip(orders, rdp, strict=True))


def _epsilon(order, rho, delta):
    return rho + math.log1p(-1 / order) - math.log(delta * order) / (order - 1)


def get_noise_multiplier(*, target_epsilon, target_delta, sample_rate, steps, tolerance=1e-3):
    r"""The least noise with which this many steps stay within :math:`(\varepsilon, \delta)`.

    Parameters
    ----------
    target_epsilon, target_delta : float
    sample_rate : float
        The probability with which each row takes part in a step.
    steps : int
    tolerance : float
        How far the noise may lie above the least.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        When no noise up to 1,000 is enough, or an argument is out of its range.

    Examples
    --------
    >>> round(get_noise_multiplier(target_epsilon=2.0, target_delta=1e-5, sample_rate=0.05, steps=200), 2)
    1.8
    """
    if not target_epsilon > 0:
        raise ValueError(f"target_epsilon is above 0, not {target_epsilon}")
    if not tolerance > 0:
        raise ValueError(f"tolerance is above 0, not {tolerance}")

    def spent(noise):
        rdp = compute_rdp(q=sample_rate, noise_multiplier=noise, steps=steps)
        return get_privacy_spent(rdp=rdp, delta=target_delta)[0]

    low, high = 0.0, 1.0
    while spent(high) > target_epsilon:
        low, high = high, 2 * high
        if high > 1000:
            raise ValueError(f"no noise up to 1,000 keeps epsilon at {target_epsilon}: take fewer steps, or more rows")
    while high - low > tolerance and low < (middle := (low + high) / 2) < high:
        low, high = (low, middle) if spent(middle) <= target_epsilon else (middle, high)
    return high
