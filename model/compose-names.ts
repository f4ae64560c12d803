/** Names of Compose's own files in the order in which it takes them (`DefaultFileNames` of compose-go). */
export const COMPOSE_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const;
/** Laid over the first of them, again by the first that is there (`DefaultOverrideFileNames`). */
export const OVERRIDE_FILES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
] as const;
