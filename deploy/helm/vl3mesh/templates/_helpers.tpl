{{/* The trust domain of this cluster. */}}
{{- define "vl3mesh.trustDomain" -}}
{{- .Values.cluster.trustDomain | default (printf "%s.vl3mesh.internal" (include "vl3mesh.cluster" .)) -}}
{{- end -}}

{{/* The name of this cluster: required, because a wrong default would only be noticed when two clusters meet. */}}
{{- define "vl3mesh.cluster" -}}
{{- required "cluster.name is required: helm install ... --set cluster.name=east" .Values.cluster.name -}}
{{- end -}}

{{/* The image of a component. */}}
{{- define "vl3mesh.image" -}}
{{- printf "%s/%s:%s" .root.Values.image.repository .name .root.Values.image.tag -}}
{{- end -}}

{{/* The address of the cluster's DNS. */}}
{{- define "vl3mesh.clusterDns" -}}
{{- if .Values.cluster.dnsAddress -}}
{{- .Values.cluster.dnsAddress -}}
{{- else -}}
{{- $service := lookup "v1" "Service" "kube-system" "kube-dns" -}}
{{- if $service -}}{{- $service.spec.clusterIP -}}{{- else -}}10.96.0.10{{- end -}}
{{- end -}}
{{- end -}}

{{/* Labels of an object of a component. */}}
{{- define "vl3mesh.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: vl3mesh
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{/* Environment that all components share. */}}
{{- define "vl3mesh.env" -}}
- {name: VL3_CLUSTER, value: {{ include "vl3mesh.cluster" . | quote }}}
- {name: VL3_TRUST_DOMAIN, value: {{ include "vl3mesh.trustDomain" . | quote }}}
- {name: VL3_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
- {name: VL3_POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
{{- end -}}

{{/* What Pod Security "restricted" asks of a container. */}}
{{- define "vl3mesh.restricted" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{/* Annotations of a component's pods. */}}
{{- define "vl3mesh.podAnnotations" -}}
vl3mesh.dev/build: {{ .root.Values.image.build | quote }}
{{- if .scraped }}
prometheus.io/scrape: "true"
prometheus.io/port: {{ .port | quote }}
prometheus.io/path: /metrics
{{- end }}
{{- end -}}

{{/* Where SPIFFE's Workload API is, if identities come from it. */}}
{{- define "vl3mesh.spireEnv" -}}
{{- if .Values.identity.spire.enabled -}}
- {name: SPIFFE_ENDPOINT_SOCKET, value: "unix:///spiffe-workload-api/{{ .Values.identity.spire.socket }}"}
{{- end -}}
{{- end -}}

{{- define "vl3mesh.spireMount" -}}
{{- if .Values.identity.spire.enabled -}}
- {name: spiffe, mountPath: /spiffe-workload-api, readOnly: true}
{{- end -}}
{{- end -}}

{{- define "vl3mesh.spireVolume" -}}
{{- with .Values.identity.spire -}}
{{- if and .enabled .hostPath -}}
- {name: spiffe, hostPath: {path: {{ .hostPath }}, type: Directory}}
{{- else if .enabled -}}
- {name: spiffe, csi: {driver: {{ .csiDriver }}, readOnly: true}}
{{- end -}}
{{- end -}}
{{- end -}}
