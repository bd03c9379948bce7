"""Changes the code that computes and judges, one place at a time, and asks the tests to notice."""
