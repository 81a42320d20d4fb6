"""Places booked ahead: what each rule costs above the exact optimum, on 78 stated problems, and which is shipped."""

from time import process_time

import numpy as np
from measure import Row
from scipy.stats import poisson, randint

import twin
from twin.exact import booking_plans, booking_rules
from twin.exact.booking_problems import booking_problem
from twin.exact.bookings import solved
from twin.exact.hidden_regimes import hidden_booking, hidden_price
from twin.exact.ladder import costs_of_numbers, ladder, rules_of
from twin.exact.pricing import price
from twin.exact.soft_blocks import soft_block
from twin.learned.booking_inputs import booking_context
from twin.learned.booking_policy import network_bookings
from twin.learned.weights import BOOKINGS, shipped_layers

RENT, TOLERANCE = 10, 1e-5  # [$/place/period], and of the exact optimum [-]
LIMIT = 0.130  # time of `twin.book_ahead` where the table is small [s]
SIMPLE = "one fixed number", "newsvendor"  # rules that need no plan
NETWORK = "network"  # the learned rung, of problems with a single contract
STAYS = [[0.9, 0.1, 0.0], [0.05, 0.9, 0.05], [0.0, 0.1, 0.9]]
TURNS = [[0.9, 0.1], [0.1, 0.9]]
MEANS = (4, 8, 14)  # of three regimes
PEAK, HILL = [5] * 10 + [15] * 2, [4] * 8 + [8, 14, 14, 8]  # means of 12 periods
SHORT = [0.7] * 4 + [1.6] * 2  # index of 6 periods


def laws(means):
    """Return Poisson laws by period and regime."""
    return [[poisson(mean) for mean in row] for row in means]


def instances():
    """Yield the name of each problem and the arguments of `booking_problem`."""
    three = laws([MEANS])
    for lead_time, term in ((1, 1), (2, 1), (1, 2), (2, 2), (1, 3), (2, 4)):
        for surcharge in (15, 25, 40):
            yield f"regimes, L {lead_time} K {term} s {surcharge}", (three, lead_time, term, RENT, surcharge, STAYS)
    for name, means in (("peak", PEAK), ("hill", HILL)):
        for term in (2, 4, 8, 13):
            for surcharge in (15, 25):
                yield f"{name}, L 1 K {term} s {surcharge}", (laws(np.array([means]).T), 1, term, RENT, surcharge)
    both = laws(np.outer(SHORT, (4, 8)))
    for lead_time, term in ((1, 2), (2, 2), (1, 3)):
        for surcharge in (15, 25):
            yield f"both, L {lead_time} K {term} s {surcharge}", (both, lead_time, term, RENT, surcharge, TURNS)
    for short in (11, 13):
        yield f"peak, L 1 K 4 and 1 at {short}", (laws(np.array([PEAK]).T), 1, (4, 1), (RENT, short), 25)
        yield f"regimes, L 1 K 3 and 1 at {short}", (laws([(3, 8)]), 1, (3, 1), (RENT, short), 25, TURNS)
    turn = laws(np.outer([0.7, 0.7, 1.6], (4, 8)))
    for term in (2, 3):
        for short in (11, 13):
            terms = (turn, 1, (term, 1), (RENT, short), 25, TURNS)
            yield f"season of 3 and regimes, L 1 K {term} and 1 at {short}", terms
    refused = {"refusal": np.array([[0.0, 0.2]]), "refused_cost": 60}
    for lead_time, term in ((1, 2), (1, 3), (2, 2)):
        terms = (laws([(4, 8)]), lead_time, term, RENT, 20, TURNS)
        yield f"refusals, L {lead_time} K {term}", (*terms, refused)
        space = {"partner_space": [[randint(4, 9), randint(0, 3)]], "refused_cost": 60}
        yield f"partner's space, L {lead_time} K {term}", (*terms, space)
    for lead_time, term, window in ((1, 3, 1), (2, 2, 1), (2, 2, 2)):
        for rent in (11, 14):
            terms = (three, lead_time, term, RENT, 25, STAYS, {"soft": (4, rent, window)})
            yield f"soft block of 4 at {rent} to {window} before, regimes, L {lead_time} K {term}", terms
    for lead_time, term in ((1, 3), (2, 2)):
        terms = (both, lead_time, term, RENT, 25, TURNS, {"soft": (4, 12, 1)})
        yield f"soft block of 4 at 12 to 1 before, both, L {lead_time} K {term}", terms
    for name, means in (("peak", PEAK), ("hill", HILL)):
        terms = (laws(np.array([means]).T), 1, 4, RENT, 25, None, {"soft": (4, 12, 1)})
        yield f"soft block of 4 at 12 to 1 before, {name}, L 1 K 4", terms
    known = {"partner_space": [[randint(4, 9)]] * 10 + [[randint(0, 3)]] * 2, "refused_cost": 60}
    yield "peak, partner full, L 1 K 6", (laws(np.array([PEAK]).T), 1, 6, RENT, 20, None, known)


def hidden():
    """Yield problems whose regime shows in demand alone."""
    both = laws(np.outer(SHORT, (4, 8)))
    for lead_time, term in ((1, 1), (1, 2), (2, 2), (1, 3)):
        for surcharge in (15, 25):
            terms = (both, lead_time, term, RENT, surcharge, TURNS)
            yield f"both, hidden, L {lead_time} K {term} s {surcharge}", terms
    yield "regimes, hidden, L 1 K 3 s 25", (laws([(4, 8)]), 1, 3, RENT, 25, TURNS)
    peak = laws(np.outer([0.7] * 10 + [2.2] * 2, (4, 8)))
    yield "peak, hidden, L 1 K 3 s 25", (peak, 1, 3, RENT, 25, TURNS)


def large():
    """Yield problems whose tables are too large."""
    yield "regimes, L 3 K 6 s 25", (laws([MEANS]), 3, 6, RENT, 25, STAYS)
    yield "regimes, L 1 K 13 s 25", (laws([MEANS]), 1, 13, RENT, 25, STAYS)
    yield "both, L 2 K 8 s 15", (laws(np.outer(SHORT, (4, 8))), 2, 8, RENT, 15, TURNS)


def problem_of(terms):
    """Return the problem of an instance; its last entry may hold options."""
    options = dict(terms[-1]) if isinstance(terms[-1], dict) else {}
    soft = options.pop("soft", None)
    problem = booking_problem(*(terms[:-1] if isinstance(terms[-1], dict) else terms), **options)
    return problem if soft is None else soft_block(problem, *soft)


def network_of(problem):
    """Return the learned rung of a problem, by name; none of one with several contracts, whose bookings it has not."""
    if problem.decisions > 1:
        return {}
    return {NETWORK: [network_bookings(shipped_layers(BOOKINGS), booking_context(problem))]}


def verdict(gaps):
    """Return the rule that is shipped short of the exact table, in words, and whether it closes half of the gap.

    gaps : cost of each rung above the optimum, in the order of the ladder. [%]
    The simple rules are one fixed number and the newsvendor; where the better leaves less than 1 %, it is shipped.
    """
    simple = min(SIMPLE, key=gaps.get)
    if gaps[simple] <= 1:
        return f"the simple rule, {simple}, leaves {gaps[simple]:.2f} %", True
    rungs = [rung for rung in gaps if rung not in SIMPLE]
    order = sorted(rungs, key=lambda rung: round(gaps[rung], 6))  # the simplest of those that are equally good first

    def below(rung):
        return min(gaps[other] for other in (*SIMPLE, *rungs[: rungs.index(rung)]))

    worth = [rung for rung in order if max(gaps[rung], 0) <= below(rung) / 2]  # a rung that closes less is not shipped
    best = (worth or order)[0]
    closed = 1 - max(gaps[best], 0) / below(best)
    return f"{best}, closes {closed:.0%} of the {below(best):.2f} % below it", closed >= 0.5


def ladder_row(name, gaps, bounds, errors=""):
    """Return the row of a problem: its bounds, the gap of each rung, and the rule that is shipped."""
    said, met = verdict(gaps)
    shown = " ".join(f"{rule} {gap:+.2f}" for rule, gap in gaps.items())
    return Row(f"{name}: {shown} %{errors}; {said}", bounds, "", max(min(gaps.values()), 0), "% left", met)


def measure_booking_ladder():
    begun = process_time()
    rows = [*_exact_rows(), *_hidden_rows()]
    yield from rows
    simple = sum("the simple rule" in row.what for row in rows)
    what = f"{simple} problems where the simple rule leaves at most 1 %, {len(rows) - simple} where a plan closes half"
    met = all(row.met for row in rows)
    yield Row(what, f"{len(rows)} ladders", "40", len(rows) / 40, ">= 1x", met and len(rows) >= 40)
    yield from _large_rows()
    spent = process_time() - begun
    yield Row("all ladders, CPU", f"{spent:.1f} s", "180 s", spent / 180, "<= 1x", spent <= 180)


def _exact_rows():
    for name, terms in instances():
        problem = problem_of(terms)
        costs = {rule: bounds.high for rule, bounds in ladder(problem, TOLERANCE).items()}
        costs |= {rule: price(problem, policy, TOLERANCE).high for rule, (policy,) in network_of(problem).items()}
        if problem.regimes == 1:
            low = high = costs["calendar plan"]
        else:
            optimum = solved(problem, TOLERANCE)
            low, high = optimum.low, optimum.high
            assert not optimum.capped, name
        gaps = {rule: 100 * (cost / low - 1) for rule, cost in costs.items()}
        yield ladder_row(name, gaps, f"{low:.3f} to {high:.3f}")


def _hidden_rows():
    """Yield the rows of hidden regimes: gaps above the lower bound on the grid, of simulated costs with their error."""
    for name, terms in hidden():
        problem = hidden_booking(*terms, points=21)
        optimum = solved(problem.beliefs, TOLERANCE)
        assert not optimum.capped, name
        costs = costs_of_numbers(problem.seen)
        draws, errors = {"seasons": 240 // problem.seen.season, "seed": 7}, []
        rules = rules_of(problem.beliefs) | network_of(problem.beliefs) | {"exact": [optimum.policy]}
        for rule, policies in rules.items():
            replications = 20 if rule == "rolling plan" else 1000
            found = [hidden_price(problem, each, replications=replications, **draws) for each in policies]
            costs[rule], error = min(found)
            errors.append(f"{rule} {100 * error / optimum.low:.2f}")
        gaps = {rule: 100 * (cost / optimum.low - 1) for rule, cost in costs.items()}
        said = f", standard errors {' '.join(errors)}"
        yield ladder_row(name, gaps, f"{optimum.low:.3f} to {costs['exact']:.3f}", said)


def _large_rows():
    for name, terms in large():
        problem = problem_of(terms)
        draws = {"seasons": -(-24 // problem.season), "seed": 7}
        path = booking_plans.known_path_bound(problem, replications=40, **draws)
        bound = max(booking_rules.single_term_bound(problem), path.mean - 2 * path.standard_error)
        costs = costs_of_numbers(problem)
        errors = []
        for rule, policies in (rules_of(problem) | network_of(problem)).items():
            found = [
                booking_rules.simulated_price(problem, each, replications=8 if rule == "rolling plan" else 400, **draws)
                for each in policies
            ]
            costs[rule], error = min(found)
            errors.append(error)
        shown = " ".join(f"{rule} +{100 * (cost / bound - 1):.2f}" for rule, cost in costs.items())
        best = min(costs["marginal rule"], costs["rolling plan"], costs["calendar plan"]) / bound
        what = f"{name}: {shown} % above a bound, errors to {max(errors):.2f} $"
        yield Row(what, f"at least {bound:.3f}", "simulated", best, "bounds", best > 0.99)


def measure_book_ahead():
    given = {"lead_time": 1, "place_cost": RENT, "surcharge": 25}
    cases = {
        "12 means, K 13": lambda: twin.book_ahead(PEAK, term=13, **given),
        "3 regimes, K 3": lambda: twin.book_ahead(MEANS, term=3, regimes=STAYS, **given),
    }
    for name, case in cases.items():
        case()
        begun = process_time()
        for _ in range(5):
            case()
        spent = (process_time() - begun) / 5
        what = f"book_ahead, {name}, CPU"
        yield Row(what, f"{1000 * spent:.0f} ms", "130 ms", spent / LIMIT, "<= 1x", spent <= LIMIT)


MEASUREMENTS = (measure_booking_ladder, measure_book_ahead)
