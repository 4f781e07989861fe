package dev.vl3mesh.testbed.failure;

/// What can fail, in the order of the page `docs/failures.md`, which says what it may cost.
enum Failure {
    AGENT_KILLED("an agent is killed"),
    AGENT_DELETED("an agent's pod is deleted"),
    AGENTS_UPGRADED("the agents are upgraded"),
    LEADER_KILLED("the control plane's leader is killed"),
    CONTROL_UPGRADED("the control plane is upgraded"),
    WEBHOOK_KILLED("the webhook is killed"),
    RUNTIME_KILLED("the container runtime is killed"),
    API_SERVERS_STOPPED("the API servers are stopped for 60 s"),
    HOME_CUT("the link to home is cut for 60 s"),
    PATH_CUT("the path between nodes is cut for 10 s"),
    NODE_REBOOTED("a node reboots");

    private final String words;

    Failure(String words) {
        this.words = words;
    }

    /// The page's words for it.
    String words() {
        return words;
    }
}
