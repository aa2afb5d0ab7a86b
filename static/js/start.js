/* Says that script runs: what only works with it shows itself. */
document.documentElement.classList.add("has-script");
