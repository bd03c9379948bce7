docker run --runtime nvidia --gpus '"device=0,1"' \
    --name vllm-qwen \
    -v ~/.cache/huggingface:/root/.cache/huggingface \
    --env "HUGGING_FACE_HUB_TOKEN=<secret>" \
    -p 8000:8000 \
    --ipc=host \
    vllm/vllm-openai:v0.12.0 \
    --model Qwen/Qwen3-30B-A3B --tensor-parallel-size 2 --enable-lora --max-loras 4 --max-lora-rank 32
