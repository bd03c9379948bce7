"""The names of all facts and stated fields, with what each means and is measured in.

Rules, messages, `explain`, the JSON report and `aispec facts` use these names. A *fact* is computed
by an estimator; a *stated* field is what the spec's author wrote. Expressions are checked against
this list when a rule is loaded.
"""

from __future__ import annotations

from typing import Literal

from aispec.record import record

Kind = Literal["number", "text", "answer", "flag"]


@record
class Term:
    """One name that a rule may use."""

    kind: Kind
    meaning: str
    unit: str = ""
    stated: bool = False


def _number(meaning: str, unit: str = "") -> Term:
    return Term("number", meaning, unit)


def _text(meaning: str) -> Term:
    return Term("text", meaning)


def _answer(meaning: str) -> Term:
    return Term("answer", meaning)


FACTS: dict[str, Term] = {
    "model.id": _text("the catalogue's id of the model"),
    "model.name": _text("the model's name as people say it"),
    "model.kind": _text("open-weight or api"),
    "model.known": _answer("whether the catalogue or the spec knows the model"),
    "model.nearest": _text("the nearest names the catalogue knows, for a model it does not"),
    "model.license": _text("the licence of the weights"),
    "model.released": _text("the day the model was released"),
    "model.context_length": _number("the longest context the model was made for", "tokens"),
    "model.config_context": _number(
        "the context that the model's own file gives, where it is less than what it was made for",
        "tokens",
    ),
    "model.max_output_tokens": _number("the longest output of one request", "tokens"),
    "model.params_total": _number("parameters, all experts counted", "parameters"),
    "model.params_active": _number("parameters that work on one token", "parameters"),
    "model.days_to_retirement": _number("days until the provider retires the model", "days"),
    "api.known": _answer("whether the catalogue knows the API's provider"),
    "api.nearest": _text("the nearest names it knows, for a provider it does not"),
    "precision.weights": _text("format of the weights"),
    "precision.kv_cache": _text("format of the KV cache"),
    "precision.bits_per_weight": _number("bits of a stored parameter, on average", "bits/weight"),
    "precision.runs": _answer("whether the accelerator and the engine can run this format"),
    "precision.native": _answer("whether the accelerator computes in this format"),
    "precision.uneven_share": _number(
        "share of the parameters in rows that a GGUF's blocks do not divide"
    ),
    "hardware.known": _answer("whether the catalogue knows the accelerator"),
    "hardware.ambiguous": _answer("whether the accelerator's name fits several devices"),
    "hardware.nearest": _text("the nearest names it knows, for an accelerator it does not"),
    "hardware.candidates": _text("all the devices that an ambiguous name may mean"),
    "hardware.accelerator": _text("the catalogue's id of the accelerator"),
    "hardware.class": _text(
        "datacenter, workstation, consumer, laptop, unified-memory, edge, npu, tpu, asic or cpu"
    ),
    "hardware.count": _number("accelerators in one replica"),
    "hardware.replicas": _number("replicas"),
    "hardware.nodes": _number("machines that one replica spans"),
    "hardware.memory_per_device": _number("memory a framework can use", "GiB"),
    "hardware.bandwidth_per_device": _number("peak memory bandwidth", "GB/s"),
    "hardware.compute_per_device": _number("peak dense rate for this precision", "TFLOP/s"),
    "hardware.integer_rated": _answer("whether only a rate for integers is published of it"),
    "hardware.rate_is_tops": _answer(
        "whether its rate for this precision is a TOPS figure of smaller integers"
    ),
    "hardware.price_per_hour": _number("price of one accelerator", "USD/hour"),
    "parallelism.tensor": _number("tensor parallel degree"),
    "parallelism.pipeline": _number("pipeline parallel degree"),
    "parallelism.data": _number("data parallel degree"),
    "parallelism.expert": _number("expert parallel degree"),
    "engine.id": _text("the engine, as written or assumed"),
    "engine.context": _number("the longest sequence the engine accepts", "tokens"),
    "engine.sequences": _number("sequences the engine runs at once"),
    "architecture.heads": _number("attention heads"),
    "architecture.kv_heads": _number("key-value heads"),
    "architecture.layers": _number("layers"),
    "architecture.padded_vocabulary": _number(
        "rows of the vocabulary as engines pad it, to a multiple of 64"
    ),
    "architecture.experts": _number("routed experts of a layer; one for a dense model"),
    "memory.weights": _number("weights on the fullest device", "GiB"),
    "memory.host_share": _number("share of the weights that host memory keeps, as written"),
    "memory.layers_that_fit": _number(
        "layers that llama.cpp can keep on the devices, the output layer counted as one"
    ),
    "memory.kv_per_token": _number("KV cache of one token on the fullest device", "bytes"),
    "memory.kv_per_sequence": _number("KV cache of one request at its longest", "GiB"),
    "memory.kv_needed": _number("KV cache of the expected concurrency", "GiB"),
    "memory.activations": _number("peak of activations and compute buffers", "GiB"),
    "memory.graphs": _number("captured CUDA graphs", "GiB"),
    "memory.runtime": _number("context of the driver, collectives, fragments", "GiB"),
    "memory.needed": _number("all that has to fit on the fullest device", "GiB"),
    "memory.offered": _number("what the device offers the engine", "GiB"),
    "memory.headroom": _number("what is left of it", "GiB"),
    "memory.kv_available": _number("what the engine has left for KV cache", "GiB"),
    "memory.kv_capacity_tokens": _number("tokens of KV cache in a replica", "tokens"),
    "memory.sequences_that_fit": _number("requests of the workload that fit at once in a replica"),
    "memory.fits_beside": _answer(
        "whether what lies outside the engine's share of the memory has room"
    ),
    "memory.boots": _answer("whether the engine starts and holds one sequence of its full length"),
    "memory.serves": _answer("whether it holds the expected concurrency"),
    "memory.fits": _answer("whether it boots and serves"),
    "memory.decided_by": _text("the knob that decides, with a setting that fits"),
    "workload.requests_per_day": _number("requests of a day", "requests/day"),
    "workload.tokens_in_per_request": _number("input tokens of a request", "tokens"),
    "workload.tokens_out_per_request": _number("output tokens of a request", "tokens"),
    "workload.language_inflation": _number("tokens for one English token, over its languages"),
    "workload.prompt_part": _text("the part whose file is furthest from the number beside it"),
    "workload.prompt_counted": _number("tokens of that file", "tokens"),
    "workload.prompt_stated": _number("the number beside it, as written", "tokens"),
    "workload.tokens_per_day": _number("input and output tokens of a day", "tokens/day"),
    "workload.peak_requests_per_second": _number("rate of the busiest hour", "requests/s"),
    "workload.concurrency": _number("requests in flight at the peak, over all replicas"),
    "context.used": _number("tokens of the longest request, output included", "tokens"),
    "context.limit": _number("tokens that a request may have", "tokens"),
    "context.output_limit": _number("tokens that a response may have", "tokens"),
    "context.input_limit": _number("tokens that a prompt may have", "tokens"),
    "context.turns_to_overflow": _number("turns of a session until its history overflows"),
    "latency.ttft": _number("time to first token", "ms"),
    "latency.tpot": _number("time per output token after the first", "ms"),
    "latency.tps": _number("output tokens a second that each user sees", "tokens/s"),
    "latency.e2e": _number("time to the last token", "s"),
    "throughput.tokens_per_second": _number("output tokens a second, all replicas", "tokens/s"),
    "throughput.requests_per_second": _number("requests a second, all replicas", "requests/s"),
    "throughput.max_rate_at_targets": _number(
        "highest rate that keeps every latency target, all replicas", "requests/s"
    ),
    "throughput.utilization": _number("expected load as a share of the most it can do"),
    "throughput.replicas_needed": _number("replicas that the load needs"),
    "limits.tpm_needed": _number("tokens a minute at the peak", "tokens/min"),
    "limits.tpm_plan": _number("tokens a minute the plan allows", "tokens/min"),
    "limits.rpm_needed": _number("requests a minute at the peak", "requests/min"),
    "limits.rpm_plan": _number("requests a minute the plan allows", "requests/min"),
    "limits.tpd_needed": _number("tokens a day", "tokens/day"),
    "limits.tpd_plan": _number("tokens a day the plan allows", "tokens/day"),
    "limits.rpd_needed": _number("requests a day", "requests/day"),
    "limits.rpd_plan": _number("requests a day the plan allows", "requests/day"),
    "limits.itpm_needed": _number("input tokens a minute at the peak that count", "tokens/min"),
    "limits.itpm_plan": _number("input tokens a minute the plan allows", "tokens/min"),
    "limits.otpm_needed": _number("output tokens a minute at the peak", "tokens/min"),
    "limits.otpm_plan": _number("output tokens a minute the plan allows", "tokens/min"),
    "limits.plan_days_left": _number("days until the provider drops these limits", "days"),
    "limits.tpm_reserved": _number(
        "tokens a minute counted at admission, max_tokens of output reserved", "tokens/min"
    ),
    "limits.tpm_burst": _number("tokens of the busiest minute of the busiest hour", "tokens/min"),
    "limits.pace": _number("requests a minute that no limit turns away", "requests/min"),
    "limits.tier_needed": _text("the lowest tier whose published limits hold the load"),
    "limits.ptu_needed": _number("provisioned throughput units that the peak needs"),
    "limits.batch_duration": _number("time the longest batch job takes under the plan", "min"),
    "limits.batch_deadline": _number("time that job may take", "min"),
    "cost.hour": _number("cost of an hour in service", "USD/hour"),
    "cost.day": _number("cost of a day", "USD/day"),
    "cost.month": _number("cost of a month", "USD/month"),
    "cost.increase": _number("share by which a change raises the month's cost"),
    "cost.per_million_tokens": _number("cost of a million tokens served", "USD/Mtok"),
    "cost.per_session": _number("cost of a session", "USD/session"),
    "cost.per_user_month": _number("cost of a daily user in a month", "USD/user·month"),
    "cost.idle_share": _number("share of the paid accelerator time that the load leaves idle"),
    "cost.api_equivalent_month": _number("the same load at an API's price", "USD/month"),
    "cost.break_even_users": _number("daily users from which self-hosting is cheaper", "users"),
    "cost.break_even_requests": _number(
        "requests a day from which self-hosting is cheaper", "requests/day"
    ),
    "cost.small_model_month": _number(
        "the same load at the list price of an 8B model behind an API", "USD/month"
    ),
    "cost.pay_as_you_go_month": _number(
        "the same load by the token, where provisioned units could carry it", "USD/month"
    ),
    "cost.provisioned_hourly": _number("units for the peak, paid by the hour", "USD/month"),
    "cost.provisioned_monthly": _number("those units, reserved for a month", "USD/month"),
    "cost.provisioned_yearly": _number("those units, reserved for a year", "USD/month"),
    "cost.energy_month": _number("energy of a month, where its price is assumed", "USD/month"),
    "cost.price_age_days": _number("age of the oldest price used", "days"),
    "compute.flops_per_token": _number("floating-point operations of a token", "FLOP/token"),
    "compute.training_flops": _number("floating-point operations of the training", "FLOP"),
    "compute.eu_general_purpose": _answer("whether the EU's criterion for general purpose holds"),
    "compute.eu_systemic_risk": _answer("whether it lies above the EU's line for systemic risk"),
    "compute.us_state_law": _answer("whether it lies above the line of California's SB 53"),
    "compute.modifier_flops": _number(
        "operations of a change from which its maker counts as the provider in the EU", "FLOP"
    ),
    "energy.watts": _number("power of all accelerators under load", "W"),
    "energy.kwh_per_month": _number("energy of a month", "kWh/month"),
}
"""What estimators compute, by name."""


def _stated(kind: Kind, meaning: str, unit: str = "") -> Term:
    return Term(kind, meaning, unit, stated=True)


STATED: dict[str, Term] = {
    "name": _stated("text", "the deployment's name"),
    "owner": _stated("text", "who answers for it"),
    "environment": _stated("text", "development, staging or production"),
    "use": _stated("text", "commercial, internal or research; commercial in production"),
    "model.asked": _stated("text", "the model as written"),
    "model.revision": _stated("text", "the pinned revision"),
    "model.path": _stated("text", "the local model"),
    "hardware.asked": _stated("text", "the accelerator as written"),
    "hardware.instance": _stated("text", "the cloud instance"),
    "hardware.purchase": _stated("text", "on-demand, spot or reserved-1y"),
    "hardware.price": _stated("number", "price of one accelerator as written", "USD/hour"),
    "hardware.hours": _stated("number", "hours of service a month", "hours/month"),
    "engine.name": _stated("text", "the engine as written"),
    "engine.version": _stated("text", "its version"),
    "engine.max_model_len": _stated("number", "longest sequence as written", "tokens"),
    "engine.max_num_seqs": _stated("number", "sequences at once as written"),
    "engine.gpu_layers": _stated("number", "layers on the devices as written"),
    "engine.cpu_offload": _stated("number", "weights in host memory as written", "GiB"),
    "engine.gpu_memory_utilization": _stated("number", "share of memory the engine may take"),
    "api.provider": _stated("text", "the API's provider"),
    "api.tier": _stated("text", "the rate-limit tier"),
    "api.batch": _stated("flag", "whether requests go through the batch API"),
    "workload.users_daily": _stated("number", "users a day", "users/day"),
    "workload.users_concurrent": _stated("number", "users at once"),
    "workload.requests_per_session": _stated("number", "requests of a session"),
    "workload.history": _stated("number", "tokens of history of a request", "tokens"),
    "workload.prefix_cache_hit": _stated("number", "share of input that the prefix cache has"),
    "limits.tpm": _stated("number", "tokens a minute as written", "tokens/min"),
    "limits.rpm": _stated("number", "requests a minute as written", "requests/min"),
    "limits.tpd": _stated("number", "tokens a day as written", "tokens/day"),
    "sla.profile": _stated("text", "the profile of targets"),
    "sla.ttft": _stated("number", "target for the time to first token", "ms"),
    "sla.tpot": _stated("number", "target for the time per output token", "ms"),
    "sla.tps": _stated("number", "target for tokens a second per user", "tokens/s"),
    "sla.e2e": _stated("number", "target for the whole response", "s"),
    "sla.availability": _stated("number", "share of the time it must be up"),
    "budget.monthly": _stated("number", "what a month may cost", "USD/month"),
    "budget.per_session": _stated("number", "what a session may cost", "USD/session"),
    "budget.increase": _stated("number", "share by which one change may raise the cost"),
}
"""What the spec's author wrote, by name."""

TERMS: dict[str, Term] = {**STATED, **FACTS}
"""Every name that an expression may use."""
