"""Privacy signals that records carry, read and weighed: IAB TCF, US privacy and GPP strings, and a feed's default.

Not here: what happens to rows without consent, or how ids are replaced (`transforms/pseudonymise`).
"""

from advertisex_assets.transforms.privacy.consent import CONSENTED, consented, with_consent

__all__ = ["CONSENTED", "consented", "with_consent"]
