# The streaming container: locked dependencies, the product's packages and the built dashboard, as a user without
# rights. The stages that run programs run on the builder's own architecture; the last stage only copies, so that an
# image for another architecture builds without emulation. Synthesis reads this file only; `cdk deploy` builds it.

FROM --platform=$BUILDPLATFORM node:24.11.1-trixie-slim AS dashboard
WORKDIR /dashboard
COPY dashboard/package.json dashboard/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY dashboard ./
RUN npm run build

FROM --platform=$BUILDPLATFORM python:3.13.9-slim-trixie AS dependencies
ARG TARGETARCH
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /build
COPY pyproject.toml uv.lock README.md LICENSE ./
# Wheels of the target's architecture, with the hashes of the lock; nothing is compiled.
RUN uv export --frozen --no-default-groups --extra stream --no-emit-project --prune rich --prune typer \
      --output-file requirements.txt --quiet \
 && case "$TARGETARCH" in arm64) machine=aarch64 ;; *) machine=x86_64 ;; esac \
 && uv pip install --target /packages --requirements requirements.txt --no-deps --require-hashes \
      --only-binary :all: --python-platform "$machine-manylinux_2_28" --python-version 3.13
COPY tfdrift ./tfdrift
COPY handlers ./handlers
COPY streaming ./streaming
RUN uv pip install --target /packages --no-deps --python-version 3.13 . \
 && rm -rf /packages/bin /packages/handlers /packages/.lock

FROM python:3.13.9-slim-trixie
WORKDIR /app
ENV PYTHONPATH=/app/packages PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    TFDRIFT_HOST=0.0.0.0 TFDRIFT_PORT=8080 TFDRIFT_DASHBOARD_DIR=/app/dashboard
COPY --from=dependencies /packages ./packages
COPY --from=dashboard /dashboard/dist ./dashboard
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "streaming"]
