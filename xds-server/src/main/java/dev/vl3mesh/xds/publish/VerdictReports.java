package dev.vl3mesh.xds.publish;

import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.xds.encode.ConfigCodec;
import dev.vl3mesh.xds.proto.v1.JudgeRequest;
import dev.vl3mesh.xds.proto.v1.JudgeResponse;
import dev.vl3mesh.xds.proto.v1.MeshServingGrpc;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the control plane what became of what users have written: when that changes, and now and then, because a
/// control plane that was started anew knows nothing of it.
final class VerdictReports {
    private static final Logger LOG = LoggerFactory.getLogger(VerdictReports.class);
    private static final long CALL_SECONDS = 10;
    private static final Duration AGAIN = Duration.ofSeconds(30);

    private List<VerdictResource> told = List.of();
    private Instant tellAt = Instant.MIN;

    /// Tells if it is time. What fails is told the next time.
    void tellIfDue(Channel control, List<VerdictResource> verdicts) {
        if (verdicts.equals(told) && Instant.now().isBefore(tellAt)) {
            return;
        }
        try {
            JudgeResponse _ = MeshServingGrpc.newBlockingStub(control)
                    .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                    .judge(JudgeRequest.newBuilder()
                            .addAllVerdicts(
                                    verdicts.stream().map(ConfigCodec::encode).toList())
                            .build());
            told = verdicts;
            tellAt = Instant.now().plus(AGAIN);
        } catch (StatusRuntimeException e) {
            LOG.warn("telling what became of users' configuration: {}; trying again", e.getMessage());
        }
    }
}
