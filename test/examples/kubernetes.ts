// A JSON schema of what of Kubernetes the examples use, from the reference of its API (1.33): each field with its type,
// and no other field.

const text = { type: "string", minLength: 1 };
const whole = { type: "integer", minimum: 0 };
const flag = { type: "boolean" };
const list = (items: object) => ({ type: "array", items, minItems: 1 });
const object = (properties: Record<string, object>, required: readonly string[] = []) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
/** All of the fields are required. */
const every = (properties: Record<string, object>) => object(properties, Object.keys(properties));

const name = { type: "string", pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", maxLength: 63 };
const quantity = { type: "string", pattern: "^\\d+(\\.\\d+)?(m|Ki|Mi|Gi|Ti)?$" };
const labels = { type: "object", additionalProperties: text, minProperties: 1 };
const metadata = every({ name });
const selector = every({ matchLabels: labels });
const amounts = object({ cpu: quantity, memory: quantity, storage: quantity });

const claim = every({
  accessModes: list({ enum: ["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"] }),
  resources: every({ requests: every({ storage: quantity }) }),
});

const container = object(
  {
    name,
    image: { type: "string", pattern: ":[\\w.-]*\\d[\\w.-]*$", not: { pattern: ":latest$" } },
    command: list(text),
    env: list(every({ name: text, valueFrom: every({ secretKeyRef: every({ name, key: text }) }) })),
    ports: list(every({ containerPort: whole })),
    readinessProbe: object({ exec: every({ command: list(text) }), periodSeconds: whole }, ["exec"]),
    resources: every({ requests: amounts, limits: amounts }),
    securityContext: every({
      allowPrivilegeEscalation: { const: false },
      readOnlyRootFilesystem: { const: true },
      capabilities: every({ drop: { const: ["ALL"] } }),
    }),
    volumeMounts: list(object({ name, mountPath: text, readOnly: flag }, ["name", "mountPath"])),
  },
  ["name", "image", "command", "resources", "securityContext"],
);

const volume = {
  oneOf: [
    every({ name, configMap: every({ name }) }),
    every({ name, persistentVolumeClaim: every({ claimName: name }) }),
    every({ name, emptyDir: object({}) }),
    every({
      name,
      secret: every({ secretName: name, items: list(every({ key: text, path: text })) }),
    }),
  ],
};

const podSpec = (restartPolicies: readonly (string | undefined)[]) =>
  object(
    {
      restartPolicy: { enum: restartPolicies.filter((one) => one !== undefined) },
      automountServiceAccountToken: { const: false },
      terminationGracePeriodSeconds: whole,
      securityContext: object(
        {
          runAsNonRoot: { const: true },
          runAsUser: { type: "integer", minimum: 1 },
          runAsGroup: { type: "integer", minimum: 1 },
          fsGroup: { type: "integer", minimum: 1 },
          seccompProfile: every({ type: { const: "RuntimeDefault" } }),
        },
        ["runAsNonRoot", "runAsUser", "seccompProfile"],
      ),
      containers: list(container),
      volumes: list(volume),
    },
    [
      "automountServiceAccountToken",
      "securityContext",
      "containers",
      // A Job has to say; others have but one, which is the default.
      ...(restartPolicies.includes(undefined) ? [] : ["restartPolicy"]),
    ],
  );

const labelled = object({ metadata: every({ labels }), spec: podSpec(["Always", undefined]) }, [
  "metadata",
  "spec",
]);

const failureRule = {
  oneOf: [
    every({
      action: { enum: ["Ignore", "Count", "FailJob", "FailIndex"] },
      onPodConditions: list(every({ type: text, status: { enum: ["True", "False", "Unknown"] } })),
    }),
    every({
      action: { enum: ["Ignore", "Count", "FailJob", "FailIndex"] },
      onExitCodes: every({ containerName: name, operator: { enum: ["In", "NotIn"] }, values: list(whole) }),
    }),
  ],
};

const job = object(
  {
    completionMode: { enum: ["Indexed", "NonIndexed"] },
    completions: whole,
    parallelism: whole,
    backoffLimit: whole,
    backoffLimitPerIndex: whole,
    podFailurePolicy: every({ rules: list(failureRule) }),
    template: every({ spec: podSpec(["Never", "OnFailure"]) }),
  },
  ["template"],
);
const jobs = {
  ...job,
  allOf: [
    {
      // What the API server refuses beyond types: both want a pod that is not restarted in place, one an index.
      if: { anyOf: [{ required: ["podFailurePolicy"] }, { required: ["backoffLimitPerIndex"] }] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema
      then: {
        properties: {
          template: { properties: { spec: { properties: { restartPolicy: { const: "Never" } } } } },
        },
      },
    },
    {
      if: { required: ["backoffLimitPerIndex"] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema
      then: { properties: { completionMode: { const: "Indexed" } }, required: ["completionMode"] },
    },
  ],
};

const kind = (apiVersion: string, name: string, rest: Record<string, object>) =>
  every({ apiVersion: { const: apiVersion }, kind: { const: name }, metadata, ...rest });

export const kubernetesSchemas: Readonly<Record<string, object>> = {
  ConfigMap: kind("v1", "ConfigMap", { data: labels }),
  PersistentVolumeClaim: kind("v1", "PersistentVolumeClaim", { spec: claim }),
  Service: kind("v1", "Service", {
    spec: every({ selector: labels, ports: list(every({ port: whole, targetPort: whole })) }),
  }),
  Job: kind("batch/v1", "Job", { spec: jobs }),
  Deployment: kind("apps/v1", "Deployment", {
    spec: every({ replicas: whole, selector, template: labelled }),
  }),
  StatefulSet: kind("apps/v1", "StatefulSet", {
    spec: every({
      serviceName: name,
      replicas: whole,
      selector,
      template: labelled,
      volumeClaimTemplates: list(every({ metadata, spec: claim })),
    }),
  }),
};
