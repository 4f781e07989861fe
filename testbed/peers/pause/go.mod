module dev.vl3mesh/testbed/peers/pause

go 1.26
