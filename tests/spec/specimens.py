"""The two specs that show the whole format, short and long."""

SHORT = """\
version: 1
name: support-chat
model: llama-3.1-8b-instruct
precision: bf16
hardware: 1x a100-40gb
workload: {users: 1000/day, tokens_per_session: 2000}
limits: {tpm: 40000}
sla: {ttft: 300ms, tps: 15}
"""

LONG = """\
# yaml-language-server: $schema=https://aispec.dev/schemas/ai-deploy.schema.json
version: 1
name: support-chat                    # unique in the repository
owner: team-support
environment: production               # development | staging | production
use: commercial                       # commercial | internal | research
model:
  id: meta-llama/Llama-3.1-8B-Instruct        # catalogue id, alias, or Hugging Face id
  revision: 0e9e39f249a16976918f6564b8830bc894c89659
  path: ./model                       # a local directory or .gguf file
  adapters: {count: 4, rank: 16}      # LoRA
  draft: {id: llama-3.2-1b, tokens: 5}          # speculative decoding
  architecture: {type: dense, layers: 32, hidden_size: 4096, num_heads: 32, vocab_size: 32000}
precision: {weights: fp8, kv_cache: fp8}
engine:
  name: vllm
  version: "0.11"
  max_model_len: 8192
  max_num_seqs: 64
  max_num_batched_tokens: 8192
  gpu_memory_utilization: 0.90
  enforce_eager: false
  cpu_offload: 0GiB                   # or gpu_layers for llama.cpp
hardware:
  accelerator: h100-sxm-80gb          # id or alias
  count: 2                            # in one replica
  parallelism: {tensor: 2, pipeline: 1, data: 1, expert: 1}
  replicas: 3
  instance: aws/p5.48xlarge           # prices by instance…
  purchase: on-demand                 # on-demand | spot | reserved-1y
  price: 2.99 USD/hour                # …or one accelerator's price, said here
  hours: 730/month                    # fewer when it is switched off at night
  memory: 128GB                       # where one name comes in several sizes
workload:
  users: {daily: 1000, concurrent: 60}          # either or both
  sessions_per_user: 1                # a day
  requests_per_session: 4
  tokens: {system: 400, history: 600, context: 1200, input: 100, output: 300}
  prompts: {system: prompts/system.txt}         # counted with the model's tokenizer
  languages: {en: 70%, hi: 30%}       # inflates the counts given in English
  prefix_cache_hit: 60%
  images: {count: 1, tokens: 1105}    # of one request; audio and video likewise
  batch: [{name: nightly, requests: 10000, tokens: {input: 400, output: 100}, deadline: 2h}]
limits: {tpm: 40000, rpm: 500, tpd: 2M}
sla: {profile: chat, ttft: {p95: 300ms}, tps: 15, e2e: {p95: 10s}, availability: 99.9%}
budget: {monthly: 500 USD, per_session: 0.02 USD, increase: 25%}
assumptions: {peak_hour_share: 15%, output_share: 25%}
"""

HOSTED = """\
version: 1
name: hosted
model: gpt-4o-mini
api:                                  # instead of hardware and engine
  provider: openai
  tier: 2
  batch: false
  price: {input: 0.15 USD/Mtok, output: 0.60 USD/Mtok, cached_input: 0.075 USD/Mtok}
  latency: {ttft: 350ms, tps: 70}     # measured by the team
workload: {users: {concurrent: 60}, tokens_per_session: 2k}
"""

DOOR = """\
version: 1
name: door
routes:
  - {to: small-chat, share: 90%}
  - {to: large-chat, share: 10%}
workload: {users: 1000/day, tokens_per_session: 2000}
"""
