# syntax=docker/dockerfile:1

# Runs on the architecture of the machine that builds, and compiles for the architecture of the image.
FROM --platform=$BUILDPLATFORM rust:1-slim-trixie AS build
ARG BUILDARCH
ARG TARGETARCH
ENV CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER=x86_64-linux-gnu-gcc \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
RUN case "$TARGETARCH" in \
        amd64) machine=x86_64 gcc=gcc-x86-64-linux-gnu ;; \
        arm64) machine=aarch64 gcc=gcc-aarch64-linux-gnu ;; \
        *) echo "no build for the architecture $TARGETARCH" >&2; exit 1 ;; \
    esac \
    && echo "$machine-unknown-linux-gnu" > /rust-target \
    && if [ "$TARGETARCH" != "$BUILDARCH" ]; then \
        rustup target add "$(cat /rust-target)" \
        && apt-get update \
        && apt-get install --yes --no-install-recommends "$gcc" "libc6-dev-$TARGETARCH-cross" \
        && rm -rf /var/lib/apt/lists/*; \
    fi
WORKDIR /source
COPY . .
# Cargo compares times: without `touch` it does not compile a source file that is older than the build in the cache.
RUN --mount=type=cache,id=unlockd-cargo-registry,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=unlockd-target,target=/target,sharing=locked \
    find . -type f -exec touch {} + \
    && target=$(cat /rust-target) \
    && cargo build --release --locked --package unlockd-server --target "$target" --target-dir /target \
    && install -D --mode=0755 "/target/$target/release/unlockd" /out/unlockd \
    && install -d --mode=0700 /out/lib/unlockd

FROM gcr.io/distroless/cc-debian13:nonroot
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="unlockd" \
      org.opencontainers.image.description="User lifecycle service: users, locks, sign-in, lockout and history" \
      org.opencontainers.image.source="https://github.com/unlockd/unlockd" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /out/unlockd /usr/local/bin/unlockd
# The folder inside `lib`: a folder that is copied by itself loses its mode.
COPY --from=build --chown=65532:65532 /out/lib /var/lib
# A number: Kubernetes refuses a name when a pod has runAsNonRoot.
USER 65532:65532
ENV UNLOCKD_LISTEN=0.0.0.0:8080 \
    UNLOCKD_DATA_DIR=/var/lib/unlockd
EXPOSE 8080
STOPSIGNAL SIGTERM
# Engines before 25 ignore the start interval.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s --retries=3 \
    CMD ["/usr/local/bin/unlockd", "health"]
ENTRYPOINT ["/usr/local/bin/unlockd"]
CMD ["serve"]
