# The one image of the production shape: Airflow's own with Smena in it. docker-compose.yml and deploy/helm/values.yaml run
# every part of Airflow and the command line from it.

# The version of Airflow and of Python that the tests run on. For a build that can be repeated name the digest as well:
# apache/airflow:3.3.2-python3.11@sha256:…
ARG AIRFLOW_IMAGE=apache/airflow:3.3.2-python3.11

FROM ${AIRFLOW_IMAGE} AS wheel
COPY --chown=50000:0 requirements.txt deploy/image/constraints.py /build/
# The package itself: SQL, pages, DAGs and the plugin are inside it, so the plugins folder stays empty.
COPY --chown=50000:0 pyproject.toml README.md LICENSE NOTICE /build/
COPY --chown=50000:0 plugins /build/plugins
COPY --chown=50000:0 include /build/include
COPY --chown=50000:0 dags /build/dags
# What the base image has and Smena can use stays as Airflow's release was tested; all else comes at the pinned version.
RUN pip wheel --no-cache-dir --disable-pip-version-check --no-deps --build-constraint /build/requirements.txt \
        --wheel-dir /tmp/wheels /build \
    && python /build/constraints.py /build/requirements.txt /build/pyproject.toml > /tmp/wheels/constraints.txt

FROM ${AIRFLOW_IMAGE}
USER root
# Signatures by GOST R 34.10-2012 are verified by OpenSSL's engine.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends openssl libengine-gost-openssl \
    && apt-get clean \
    && rm -rf /var/lib/apt/lists/*
COPY config /opt/smena/config
COPY dags /opt/smena/dags
# Compiled, since the containers' file system is read-only; readable whatever the builder's umask was.
RUN chmod -R a+rX /opt/smena \
    && python -m compileall -q /opt/smena
# The number, not the name, so that Kubernetes sees that it is not root. The group is that of the base image, whose files
# are for any user of it.
USER 50000:0
# What an installation needs besides, separated by spaces: sentry-sdk, or apache-airflow[PROVIDER].
ARG EXTRA_REQUIREMENTS=""
# Wheels only: the image has no compiler. Airflow is named, so that pip changes nothing of its version. Compiled, which the
# base image is not: else each process compiles anew what it imports. The largest clients of clouds are left out.
RUN --mount=type=bind,from=wheel,source=/tmp/wheels,target=/tmp/wheels \
    pip install --no-cache-dir --disable-pip-version-check --no-compile --only-binary :all: \
        --constraint /tmp/wheels/constraints.txt \
        "apache-airflow==${AIRFLOW_VERSION}" "apache-airflow-providers-fab[oauth]" /tmp/wheels/*.whl ${EXTRA_REQUIREMENTS} \
    && pip check \
    && python -c "import airflow.providers.celery, airflow.providers.cncf.kubernetes, authlib, redis, statsd" \
    && python -m compileall -q -j 0 -x '/(azure|google/(ads|analytics|cloud|shopping))/' /home/airflow/.local/lib
# `config/` holds airflow_local_settings, which preloads the heavy libraries where workers are forked.
ENV PYTHONPATH=/opt/smena/config \
    PYTHONUNBUFFERED=1 \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/smena/dags
WORKDIR /opt/smena
CMD ["airflow", "version"]
