"""A stranger's path: from a manifest that runs somewhere to a spec that passes."""

from pathlib import Path

from aispec.spec.reader import read_file
from tests.e2e.inside import inside
from tests.e2e.test_command import aispec

SOURCES = Path(__file__).parents[1] / "adopt" / "sources"
TODAY = ("--today", "2026-11-22")

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: support-llm
  labels: {app: support-llm}
spec:
  replicas: 1
  selector:
    matchLabels: {app: support-llm}
  template:
    metadata:
      labels: {app: support-llm}
    spec:
      nodeSelector:
        cloud.google.com/gke-accelerator: nvidia-l4
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          args:
            - --model
            - Qwen/Qwen2.5-32B-Instruct
            - --max-model-len
            - "8192"
            - --served-model-name
            - support
          env:
            - name: HF_TOKEN
              valueFrom: {secretKeyRef: {name: hf, key: token}}
          resources:
            limits:
              nvidia.com/gpu: "1"
---
apiVersion: v1
kind: Service
metadata: {name: support-llm}
spec: {ports: [{port: 80, targetPort: 8000}]}
"""


def test_from_a_manifest_to_a_spec_that_passes(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "deployment.yaml").write_text(MANIFEST, encoding="utf-8")

    made = aispec("init", "--from", "deployment.yaml", "--users", "200/day", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert b"aispec check ai-deploy.yaml" in made.stderr

    failed = aispec("check", *TODAY, cwd=tmp_path)
    assert failed.returncode == 1
    assert b"error[FIT" in failed.stdout

    first = (tmp_path / "ai-deploy.yaml").read_text(encoding="utf-8")
    fixed = aispec("fix", "--remedy", "all", *TODAY, cwd=tmp_path)
    assert fixed.returncode == 0, fixed.stderr
    assert b"support-llm: FIT" in fixed.stderr

    passed = aispec("check", *TODAY, cwd=tmp_path)
    assert passed.returncode == 0, passed.stdout
    again = aispec("fix", "--check", "--remedy", "all", *TODAY, cwd=tmp_path)
    assert again.returncode == 0

    second = (tmp_path / "ai-deploy.yaml").read_text(encoding="utf-8")
    assert second != first
    assert [line for line in first.splitlines() if line.startswith("#")] == [
        line for line in second.splitlines() if line.startswith("#")
    ]
    assert read_file(str(tmp_path / "ai-deploy.yaml")).problems == ()


def test_a_manifest_that_is_good_passes_at_once(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    source = str(SOURCES / "vllm-deployment.yaml")
    assert inside("init", "--from", source, "--users", "50/day", cwd=tmp_path).returncode == 0
    run = inside("check", *TODAY, cwd=tmp_path)
    assert run.returncode == 0, run.stdout
    assert inside("fix", "--check", cwd=tmp_path).returncode == 0
