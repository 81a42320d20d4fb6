"""What readers see: `plots` draws arrays, `output` shows and saves, `panel` adds sliders."""
