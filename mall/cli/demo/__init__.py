"""The demo: invented dealers, people, rewards and documents, so that a fresh mall looks like one in use."""
