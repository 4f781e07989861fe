package dev.vl3mesh.testbed.flat;

import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.testbed.lab.Lab;

/// The same network, encrypted between the nodes.
class FlatEncryptedST extends FlatNetworkST {
    FlatEncryptedST(Lab lab) {
        super(lab);
    }

    @Override
    Carrier carrier() {
        return Carrier.AUTO;
    }
}
