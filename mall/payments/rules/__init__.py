"""Pure judgement: numbers under which gateways know us, pauses between questions, a bill against our rows."""
