"""SciPy's special functions, loaded at the first call: their module takes longer to import than NumPy itself."""


def __getattr__(name):
    import scipy.special

    function = getattr(scipy.special, name)
    globals()[name] = function  # the next look-up does not call this function
    return function
