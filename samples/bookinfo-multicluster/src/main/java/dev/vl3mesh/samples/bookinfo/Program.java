package dev.vl3mesh.samples.bookinfo;

/// One of the four programs, free of any transport.
interface Program {
    /// Answers a GET.
    Answer answer(Call call);
}
