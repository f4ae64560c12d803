const OWN =
  /^(events\..*|plan\.json|runbook\.yaml|state\.json|metrics_summary\.json|approved-manifest\.txt|(approvals|checklist|timeline)\.json|report\.html|REPRODUCE\.md|phases|release)$/;

/** The pages of a certificate, below `data/`. */
export const RELEASE_PAGES = {
  status: 'release/STATUS.md',
  summary: 'release/COMPLETION_SUMMARY.md',
  handOver: 'release/HANDOVER.md',
  certificate: 'release/artifacts/production_readiness_certificate.md',
  certificateHtml: 'release/artifacts/production_readiness_certificate.html',
  certificateJson: 'release/artifacts/production_readiness_certificate.json',
} as const;
const PAGES: ReadonlySet<string> = new Set(Object.values(RELEASE_PAGES));
const RELEASE = /^release(\/[A-Za-z0-9_][A-Za-z0-9_.-]*){1,4}$/;

/** Whether golive writes this file of a bundle's `data/` itself: a runbook cannot put its own under that name. */
export function isOwnFile(name: string): boolean {
  return OWN.test(name) || PAGES.has(name);
}

/** Whether this is a file beside the certificate: plain names below `release/`. */
export function isReleaseFile(name: string): boolean {
  return RELEASE.test(name);
}

/** Whether a path of a bundle is a file that the runbook names: directly in `data/` or below `release/`, and none of golive's own. */
export function isNamedFile(path: string): boolean {
  if (!path.startsWith(DATA)) return false;
  const name = path.slice(DATA.length);
  return name !== '' && (!name.includes('/') || isReleaseFile(name)) && !isOwnFile(name);
}

const DATA = 'data/';
