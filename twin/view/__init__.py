"""Show results to readers: `plots` draws arrays, `output` displays and saves figures, `panel` adds sliders."""
