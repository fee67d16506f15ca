"""Why not? Proofs of what cannot be met, what to relax, and the sentences that say so."""
