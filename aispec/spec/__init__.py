"""Reading specs: from the text of a file to typed deployments that know their places."""
