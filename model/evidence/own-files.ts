const OWN =
  /^(events\..*|plan\.json|runbook\.yaml|state\.json|metrics_summary\.json|approved-manifest\.txt|(approvals|checklist|timeline)\.json|report\.html|REPRODUCE\.md|phases)$/;

/** Whether golive writes this file of a bundle's `data/` itself: a runbook cannot put its own under that name. */
export function isOwnFile(name: string): boolean {
  return OWN.test(name);
}
