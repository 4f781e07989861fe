package dev.vl3mesh.testbed.admission;

import dev.vl3mesh.testbed.admission.AuditLog.Use;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A permission that a service account has.
///
/// @param account the service account's name
/// @param namespace where it holds; empty for everywhere
/// @param names of the objects that it holds for; empty for all
record Grant(String account, Permission permission, String namespace, Set<String> names) {
    Grant {
        names = Set.copyOf(names);
    }

    /// Everything that the service accounts of a namespace are granted by name in a cluster.
    static List<Grant> of(KubernetesClient client, String accountNamespace) {
        List<Grant> grants = new ArrayList<>();
        for (ClusterRoleBinding binding :
                client.rbac().clusterRoleBindings().list().getItems()) {
            for (String account : accounts(binding.getSubjects(), accountNamespace)) {
                client.rbac()
                        .clusterRoles()
                        .withName(binding.getRoleRef().getName())
                        .require()
                        .getRules()
                        .forEach(rule -> grants.addAll(of(account, "", rule)));
            }
        }
        for (RoleBinding binding :
                client.rbac().roleBindings().inAnyNamespace().list().getItems()) {
            String namespace = binding.getMetadata().getNamespace();
            for (String account : accounts(binding.getSubjects(), accountNamespace)) {
                client.rbac()
                        .roles()
                        .inNamespace(namespace)
                        .withName(binding.getRoleRef().getName())
                        .require()
                        .getRules()
                        .forEach(rule -> grants.addAll(of(account, namespace, rule)));
            }
        }
        return grants;
    }

    private static Set<String> accounts(List<Subject> subjects, String namespace) {
        Set<String> accounts = new TreeSet<>();
        if (subjects != null) {
            subjects.stream()
                    .filter(subject ->
                            "ServiceAccount".equals(subject.getKind()) && namespace.equals(subject.getNamespace()))
                    .forEach(subject -> accounts.add(subject.getName()));
        }
        return accounts;
    }

    private static List<Grant> of(String account, String namespace, PolicyRule rule) {
        List<Grant> grants = new ArrayList<>();
        for (String group : rule.getApiGroups()) {
            for (String resource : rule.getResources()) {
                for (String verb : rule.getVerbs()) {
                    Set<String> names =
                            rule.getResourceNames() == null ? Set.of() : Set.copyOf(rule.getResourceNames());
                    grants.add(new Grant(account, new Permission(group, resource, verb), namespace, names));
                }
            }
        }
        return grants;
    }

    /// Whether it allows what was asked.
    boolean covers(Use use) {
        return account.equals(use.account())
                && permission.equals(use.permission())
                && (namespace.isEmpty() || namespace.equals(use.namespace()))
                && (names.isEmpty() || names.contains(use.name()));
    }

    @Override
    public String toString() {
        return account + ": " + permission + (names.isEmpty() ? "" : " " + names)
                + (namespace.isEmpty() ? "" : " in " + namespace);
    }
}
