# The operations hub, or any command of the Twin, as an ordinary user:
#
#   docker build -t twin .                                        --build-arg EXTRAS=papers,cluster for batches
#   docker run -p 127.0.0.1:8866:8866 -v "$PWD:/data" twin hub flows.xlsx --ip 0.0.0.0 --no-browser
#
# compose.yaml runs it with PostgreSQL.
FROM python:3.13-slim
ARG EXTRAS=apps,ledger,excel,ai
RUN python -m venv /opt/twin && /opt/twin/bin/pip install --no-cache-dir uv
COPY . /src
RUN cd /src && VIRTUAL_ENV=/opt/twin /opt/twin/bin/uv pip install --no-cache --compile-bytecode --constraint requirements.lock ".[$EXTRAS]" && rm -rf /src
RUN useradd --create-home twin && mkdir /data && chown twin /data
USER twin
WORKDIR /data
ENV PATH=/opt/twin/bin:$PATH
EXPOSE 8866
ENTRYPOINT ["twin"]
CMD ["hub", "--ip", "0.0.0.0", "--no-browser"]
