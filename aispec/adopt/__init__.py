"""First specs: from answers, or from what starts an engine elsewhere (manifests, commands)."""
