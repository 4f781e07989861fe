package dev.vl3mesh.samples.bookinfo;

/// Tells how many stars each reviewer gave a book.
final class Ratings implements Program {
    private final Origin origin;

    Ratings(Origin origin) {
        this.origin = origin;
    }

    @Override
    public Answer answer(Call call) {
        String product = call.product(BookinfoConfig.RATINGS);
        if (product.isEmpty()) {
            return Answer.notFound(call.path());
        }
        return Answer.json(Json.object()
                .with("id", product)
                .with("servedBy", origin.json())
                .with("askedBy", call.caller())
                .with(
                        "ratings",
                        Json.object().with("Reviewer1", 5).with("Reviewer2", 4).done())
                .done());
    }
}
