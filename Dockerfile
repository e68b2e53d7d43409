# syntax=docker/dockerfile:1

FROM rust:1-slim-bookworm AS build
# SQLite and ring are compiled from C.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked --package unlockd-server \
    && install -D --mode=0755 target/release/unlockd /out/unlockd \
    && install -d --mode=0700 /out/data

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/unlockd /usr/local/bin/unlockd
COPY --from=build --chown=nonroot:nonroot /out/data /var/lib/unlockd
USER nonroot
ENV UNLOCKD_LISTEN=0.0.0.0:8080 \
    UNLOCKD_DATA_DIR=/var/lib/unlockd
VOLUME /var/lib/unlockd
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["/usr/local/bin/unlockd", "health"]
ENTRYPOINT ["/usr/local/bin/unlockd"]
CMD ["serve"]
