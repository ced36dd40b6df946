# An environment in which the README's commands have run: environment, drawn data, a trained model.
#   docker build -t mmpartseg . && docker run --rm -it mmpartseg
FROM python:3.11-slim
# libraries that OpenCV's wheel links to, in the versions of the image's Debian
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*
# WORKDIR makes a folder of root's where the builder is not BuildKit; a number is seen to be no root
RUN useradd --create-home --uid 1000 user && install --directory --owner user /home/user/mmpartseg
USER 1000
WORKDIR /home/user/mmpartseg
COPY --chown=user . .
RUN bash tools/quickstart.sh
ENV PATH=/home/user/mmpartseg/.venv/bin:$PATH
CMD ["bash"]
