"""The line icons that staff may choose from: Lucide's, all of them in the mall's sprite (static/icons/names.txt)."""

from __future__ import annotations

ICONS = (
    "house", "layout-grid", "sparkles", "package", "user-round", "gift", "ticket", "zap", "trophy", "coins",
    "wallet", "hand-coins", "star", "heart", "bell", "megaphone", "badge-check", "badge-percent", "shopping-cart",
    "store", "truck", "calendar", "clock", "hourglass", "shield-check", "circle-help", "info", "file-text",
    "clipboard-list", "graduation-cap", "message-circle", "phone", "map-pin", "smartphone", "laptop", "headphones",
    "camera", "refrigerator", "sofa", "lamp", "armchair", "cooking-pot", "wine", "wheat", "tent", "luggage", "fuel",
    "credit-card", "briefcase", "factory", "warehouse", "users", "sun", "bookmark", "history", "receipt-text",
    "search", "inbox",
)  # fmt: skip
