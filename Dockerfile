# The API and the CLI in one image: docker-compose --profile api up -d, or docker run ... flash-sale <command>.

FROM node:24-slim AS build
WORKDIR /src
# First what the dependencies hang on: a change of a source does not install them anew.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml bootstrap.mjs ./
COPY packages/core/package.json packages/core/
COPY packages/adapters-redis/package.json packages/adapters-redis/
COPY packages/adapters-postgres/package.json packages/adapters-postgres/
COPY packages/http-koa/package.json packages/http-koa/
COPY packages/cli/package.json packages/cli/
COPY load-test/package.json load-test/
COPY load-test/stryker/package.json load-test/stryker/
COPY examples/package.json examples/
RUN node bootstrap.mjs --install-only
COPY tsconfig.json tsconfig.base.json LICENSE ./
COPY packages packages
COPY load-test load-test
COPY examples examples
RUN node bootstrap.mjs --build-only
# The CLI with what it needs in production, and of each package only the files that would be published.
RUN npx --yes "$(node -p "require('./package.json').packageManager")" --filter @flash-sale/cli --prod deploy --legacy /app

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app ./
# Where the embedded database would put its files, if no DATABASE_URL is given.
RUN mkdir .data && chown node:node .data
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=5 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The program itself is process 1: it hears SIGTERM, answers what is under way, and ends.
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
