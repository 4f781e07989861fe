package dev.vl3mesh.samples.bookinfo;

/// Tells what a book is.
final class Details implements Program {
    private final Origin origin;

    Details(Origin origin) {
        this.origin = origin;
    }

    @Override
    public Answer answer(Call call) {
        String product = call.product(BookinfoConfig.DETAILS);
        if (product.isEmpty()) {
            return Answer.notFound(call.path());
        }
        return Answer.json(Json.object()
                .with("id", product)
                .with("servedBy", origin.json())
                .with("askedBy", call.caller())
                .with("author", "William Shakespeare")
                .with("written", "about 1594")
                .with("type", "paperback")
                .with("pages", 96)
                .with("language", "English")
                .done());
    }
}
