# An environment in which the README's commands have run: environment, drawn data, a trained model.
#   docker build -t mmpartseg . && docker run --rm -it mmpartseg
FROM python:3.11-slim
# libraries that OpenCV's wheel links to
RUN apt-get update && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home user
USER user
WORKDIR /home/user/mmpartseg
COPY --chown=user . .
RUN bash tools/quickstart.sh
ENV PATH=/home/user/mmpartseg/.venv/bin:$PATH
CMD ["bash"]
