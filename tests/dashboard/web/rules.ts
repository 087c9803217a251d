// Rules and alerts as the API writes them, for the tests.

export interface RuleShape {
  state?: 'firing' | 'pending';
  /** Seconds since the epoch at which the condition became true. */
  at?: number;
  severity?: string;
  expr?: string;
  hold?: number;
  value?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** A rule without an alert. */
  none?: boolean;
}

export function rule(name: string, shape: RuleShape): object {
  const state = shape.none ? 'inactive' : (shape.state ?? 'firing');
  const labels = { alertname: name, severity: shape.severity ?? 'warning', ...shape.labels };
  const activeAt = new Date((shape.at ?? 100) * 1000).toISOString();
  const alert = { state, labels, annotations: shape.annotations ?? {}, activeAt, value: shape.value ?? '1e+00' };
  return {
    type: 'alerting', name, query: shape.expr ?? 'up == 0', duration: shape.hold ?? 0, state, health: 'ok',
    lastEvaluation: activeAt, evaluationTime: 0.001, alerts: shape.none ? [] : [alert],
  };
}
