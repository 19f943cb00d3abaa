"""With this package one can measure what the library costs, side by side with its peers, on one's own machine."""
