"""Train proximal policy optimisation, a standard model-free method, on one lane with lost sales, and price it exactly.

It needs stable-baselines3, which is no part of the environment: `pip install stable-baselines3 scipy`, then
`PYTHONPATH=. python tools/model_free.py` writes papers/certified-policies/model-free.json (minutes of one core).
"""

import json
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from gymnasium import spaces
from scipy.stats import poisson
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecEnv, VecNormalize

from twin.exact import lost_sales

MEAN, LEAD_TIME, PENALTY = 5, 2, 9.0  # [pallet/period], [period], [$/pallet]
MOST = 15  # largest order [pallet]
SETTINGS = {
    "n_steps": 64,
    "batch_size": 1024,
    "n_epochs": 10,
    "gamma": 0.97,
    "gae_lambda": 0.95,
    "ent_coef": 0.0,
    "policy_kwargs": {"net_arch": [64, 64]},
}
COPIES, STEPS, RATE = 64, 2_000_000, 3e-4  # lanes side by side [-], periods of training, first step size
SCALE = 10.0  # pallets and dollars that are one in the network [pallet], [$]
TARGET = Path(__file__).parents[1] / "papers" / "certified-policies" / "model-free.json"


class Lanes(VecEnv):
    """Copies of the lane of `twin.exact.lost_sales`, without end; the reward is minus the cost."""

    def __init__(self, seed):
        seen = spaces.Box(0.0, np.inf, (LEAD_TIME,), np.float32)
        super().__init__(COPIES, seen, spaces.Discrete(MOST + 1))
        self.random, self.states = np.random.default_rng(seed), np.zeros((COPIES, LEAD_TIME), np.int64)

    def reset(self):
        self.states[:] = MEAN
        return self._seen()

    def step_async(self, actions):
        self.orders = actions

    def step_wait(self):
        stock, demand = self.states[:, 0], self.random.poisson(MEAN, COPIES)
        cost = np.maximum(stock - demand, 0) + PENALTY * np.maximum(demand - stock, 0)
        pipeline = np.column_stack([self.states[:, 1:], self.orders])
        self.states = np.column_stack([np.maximum(stock - demand, 0) + pipeline[:, 0], pipeline[:, 1:]])
        return self._seen(), -cost / SCALE, np.zeros(COPIES, bool), [{} for _ in range(COPIES)]

    def _seen(self):
        return (self.states / SCALE).astype(np.float32)

    def close(self):
        pass

    def get_attr(self, attr_name, indices=None):
        return [None] * COPIES

    def set_attr(self, attr_name, value, indices=None):
        raise NotImplementedError

    def env_method(self, method_name, *args, indices=None, **kwargs):
        raise NotImplementedError

    def env_is_wrapped(self, wrapper_class, indices=None):
        return [False] * COPIES


def trained(seed):
    """Return the trained model, and the seconds of one core that it took."""
    torch.set_num_threads(1)
    lanes = VecNormalize(Lanes(seed), norm_obs=False, norm_reward=True, gamma=SETTINGS["gamma"])
    begun = time.process_time()
    model = PPO("MlpPolicy", lanes, learning_rate=lambda left: RATE * left, seed=seed, device="cpu", **SETTINGS)
    model.learn(STEPS)
    return model, time.process_time() - begun


def main():
    """Train three seeds, price each exactly, and write what was found.

    A discount of 0.99 and rewards as they are cost several times the optimum; these settings were chosen after that.
    """
    optimum, rows = lost_sales(poisson(MEAN), LEAD_TIME, PENALTY), []
    for seed in range(3):
        model, seconds = trained(seed)

        def policy(states, model=model):
            return model.predict((states / SCALE).astype(np.float32), deterministic=True)[0].astype(np.int64)

        cost = optimum.price(policy)
        gap = 100 * (cost.high / optimum.low - 1)
        rows.append({"seed": seed, "seconds": round(seconds), "low": cost.low, "high": cost.high, "gap": round(gap, 4)})
        print(rows[-1], file=sys.stderr, flush=True)
    found = {
        "method": "proximal policy optimisation",
        "lane": {"law": f"Poisson({MEAN})", "lead_time": LEAD_TIME, "penalty": PENALTY, "holding_cost": 1},
        "optimum": [optimum.low, optimum.high],
        "settings": {
            **SETTINGS,
            "copies": COPIES,
            "steps": STEPS,
            "learning_rate": RATE,
            "largest_order": MOST,
            "rewards": "normalised",
        },
        "versions": {name: version(name) for name in ("stable-baselines3", "torch", "gymnasium", "numpy")},
        "machine": platform.machine(),
        "runs": rows,
    }
    TARGET.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
