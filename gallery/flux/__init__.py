"""The Flux image API: what can be asked, how it is asked, and what comes back."""
