const OWN =
  /^(events\..*|plan\.json|runbook\.yaml|state\.json|metrics_summary\.json|approved-manifest\.txt|(approvals|checklist|timeline)\.json|report\.html|REPRODUCE\.md|phases)$/;

/** Whether golive writes this file of a bundle's `data/` itself: a runbook cannot put its own under that name. */
export function isOwnFile(name: string): boolean {
  return OWN.test(name);
}

/** Whether a path of a bundle is a file that the runbook names: directly in `data/`, and none of golive's own. */
export function isNamedFile(path: string): boolean {
  const [data, name = '', ...below] = path.split('/');
  return data === 'data' && name !== '' && below.length === 0 && !isOwnFile(name);
}
