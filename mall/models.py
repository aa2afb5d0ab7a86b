"""Every table of the mall in one import, for migrations and for tests."""

import mall.audit.models
import mall.catalog.models
import mall.dealers.models
import mall.earning.models
import mall.face.models
import mall.jobs.models
import mall.media.models
import mall.orders.models
import mall.outbox.models
import mall.payments.models
import mall.points.models
import mall.proposals.models
import mall.rewards.models
import mall.web.limits  # noqa: F401
