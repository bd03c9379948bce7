#!/usr/bin/env bash
# How the team starts it on the machine in the corner.
set -euo pipefail
export MODEL=deepseek-ai/DeepSeek-R1-Distill-Qwen-32B

CUDA_VISIBLE_DEVICES=0,1,2,3 vllm serve "$MODEL" \
  --tensor-parallel-size 4 \
  --max-model-len 32K \
  --gpu-memory-utilization 0.92 \
  --kv-cache-dtype fp8_e5m2 \
  --enable-expert-parallel \
  --api-key "$API_KEY" \
  --speculative-config '{"method": "eagle3", "model": "yuhuili/EAGLE3-LLaMA3.1-Instruct-8B", "num_speculative_tokens": 3}' &
